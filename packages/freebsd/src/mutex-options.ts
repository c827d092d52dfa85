/** Kinds and options of `mtx_init`. */
export const MTX_DEF = 0x0
export const MTX_SPIN = 0x1
export const MTX_RECURSE = 0x4
export const MTX_NOWITNESS = 0x8
export const MTX_DUPOK = 0x2_0000
export const MTX_QUIET = 0x4_0000

/** What `mtx_assert` may be asked for. */
export const MA_NOTOWNED = 0x0
export const MA_OWNED = 0x4
export const MA_RECURSED = 0x8
export const MA_NOTRECURSED = 0x10
