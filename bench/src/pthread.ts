/** The same turns in C: two pthreads, a mutex and two condition variables, on one core. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Case } from './measure.js'

const SOURCE = `
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t conditions[2] = { PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER };
static long turn, turns;

static void *player(void *argument) {
  long me = (long)argument;
  for (long n = 0; n < turns; n += 2) {
    pthread_mutex_lock(&mutex);
    while (turn != me) pthread_cond_wait(&conditions[me], &mutex);
    turn = 1 - me;
    pthread_cond_signal(&conditions[1 - me]);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

int main(int argc, char **argv) {
  turns = atol(argv[argc - 1]);
  pthread_t threads[2];
  for (long me = 0; me < 2; me++) pthread_create(&threads[me], NULL, player, (void *)me);
  for (int me = 0; me < 2; me++) pthread_join(threads[me], NULL);
  struct timespec spent;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  printf("%.0f\\n", spent.tv_sec * 1e9 + spent.tv_nsec);
  return 0;
}
`

/** Compiles it, if there is a compiler and a way to keep a process on one core. */
export function pthreadCases(): Case[] {
  const directory = mkdtempSync(join(tmpdir(), 'kt-bench-'))
  process.once('exit', () => rmSync(directory, { recursive: true }))
  const source = join(directory, 'turns.c')
  const program = join(directory, 'turns')
  writeFileSync(source, SOURCE)
  try {
    execFileSync('cc', ['-O2', '-pthread', '-o', program, source], { stdio: 'pipe' })
    execFileSync('taskset', ['-c', '0', program, '2'], { stdio: 'pipe' })
  } catch {
    console.error('no C compiler or no taskset here: pthreads are left out')
    return []
  }
  return [
    {
      name: 'pthread: mutex and condvar, one core',
      unit: 'turn',
      operations: 20_000,
      run(operations, watch) {
        const output = execFileSync('taskset', ['-c', '0', program, String(operations)], { encoding: 'utf8' })
        // Its own account of its CPU time, start of the process included.
        watch.report(Number(output))
      },
    },
  ]
}
