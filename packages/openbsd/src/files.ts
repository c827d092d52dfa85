/** An open file; who has it open is most of what matters here. */
export class OpenFile {
  constructor(
    readonly name: string,
    /** Number of the file, in the order in which files were opened. */
    readonly number = 0,
    /** Its owner: the user who opened it. */
    readonly uid = 0,
    /** Virtual nanoseconds. */
    readonly openedNs = 0,
  ) {}
}

/** Open files a process may have. */
const NOFILE = 128

/** A descriptor table, shared or copied by fork. */
export class FileTable {
  fd_refcnt = 1
  private readonly files: (OpenFile | null)[]

  constructor(files: readonly (OpenFile | null)[] = []) {
    this.files = [...files]
  }

  copy(): FileTable {
    return new FileTable(this.files)
  }

  /** Puts a file in the lowest free slot; null when the table is full. */
  open(file: OpenFile): number | null {
    const free = this.files.indexOf(null)
    const fd = free < 0 ? this.files.length : free
    if (fd >= NOFILE) return null
    this.files[fd] = file
    return fd
  }

  /** False when there is nothing to close. */
  close(fd: number): boolean {
    if (this.at(fd) === null) return false
    this.files[fd] = null
    return true
  }

  at(fd: number): OpenFile | null {
    return this.files[fd] ?? null
  }

  /** Descriptors in use, with the names of what they refer to. */
  get open_files(): readonly (readonly [fd: number, name: string])[] {
    return this.files.flatMap((file, fd) => (file === null ? [] : [[fd, file.name] as const]))
  }
}
