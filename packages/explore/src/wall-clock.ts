/** What every runtime has, and no library of types that fits all of them. */
const { performance } = globalThis as unknown as { readonly performance: { now(): number } }

/** Milliseconds of the computer's clock: bounds, rates and progress are measured in them, and nothing else looks at it. */
export const wallClock = (): number => performance.now()
