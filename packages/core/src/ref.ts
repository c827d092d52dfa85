/** Where a call stores a result: C's `T **` argument. A call that fails leaves it as it was. */
export interface Out<T> {
  value: T | null
}

/** A cell for an out-pointer. Holds null until a call has stored through it. */
export function ref<T>(value: T | null = null): Out<T> {
  return { value }
}
