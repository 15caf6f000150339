import { statSync, type Stats } from 'node:fs'

/**
 * The files of an open database. Whoever moves another database into their place leaves the broker with files that have
 * no name any more: what it commits there is lost with it. Whoever copies an older one over them makes them shorter,
 * which SQLite itself never does here.
 */
export class OpenedFiles {
  readonly #paths: readonly string[]
  readonly #inodes: readonly (number | undefined)[]
  #size = 0

  /** The database and its log; both are there once something has been read in WAL mode. */
  constructor(path: string) {
    this.#paths = [path, `${path}-wal`]
    this.#inodes = this.#paths.map((name) => look(name)?.ino)
  }

  isReplaced(): boolean {
    const seen = this.#paths.map(look)
    const size = seen[0]?.size ?? 0
    const isShorter = size < this.#size
    this.#size = Math.max(size, this.#size)
    return isShorter || seen.some((stats, place) => stats?.ino !== this.#inodes[place])
  }
}

function look(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}
