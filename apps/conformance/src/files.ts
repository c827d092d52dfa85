/** Files of this package that are read at run time. They lie one folder up, from the source as from what is built of it. */
import { readFileSync } from 'node:fs'

/** What the page of the report looks like. */
export function pageStyle(): string {
  return read('page/page.css')
}

/** What the page of the report does when its reader lets it. */
export function pageScript(): string {
  return read('page/page.js')
}

/** The schema that a report is written by. */
export function reportSchema(): {
  readonly properties: { readonly schema: { readonly const: string } }
  readonly [key: string]: unknown
} {
  return JSON.parse(read('schema/report.schema.json')) as ReturnType<typeof reportSchema>
}

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
}
