/** Systems that recipes are for: what is right on one of their releases is so on the others, or the recipe says so. */
export const SYSTEMS = ['netbsd', 'openbsd', 'freebsd'] as const

export type System = (typeof SYSTEMS)[number]
