#!/usr/bin/env node
import { execute } from './program.js'

// A reader who has seen enough closes the pipe, as `kt | head -1` does. There is nothing to complain about.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})

// The code is set and not exited with: a pipe may not have taken all that was written yet.
process.exitCode = await execute(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  // Only who waits for a key opens it.
  get input() {
    return process.stdin
  },
})
