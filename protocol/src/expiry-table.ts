/**
 * A set of names that forgets: each with the second from which on it does not matter. A million of them take some 30 MB,
 * a third of what a Map does, and the garbage collector has nothing to look at: open addressing with linear probing over
 * arrays of numbers.
 * Laws: a name is 128 bits in hex, or a longer hash of which the first 128 are kept: two names that agree in them are one,
 * so a mistake can only deny, and nobody can make one; a name that is told twice is kept until the later end.
 */
export class ExpiryTable {
  #names = new Uint32Array(wordsPerName * leastRoom)
  /** 0: the place is free. */
  #ends = new Uint32Array(leastRoom)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Throws a TypeError when the name is not hex. */
  has(name: string): boolean {
    if (this.#size === 0) return false
    readName(name)
    return this.#endAt(this.#find()) !== 0
  }

  /** Keeps the name until this second, or longer if it is kept longer already. */
  keep(name: string, exp: number): void {
    if (this.#size >= this.#ends.length * highestLoad) this.#resize(this.#ends.length * growth)
    readName(name)
    this.#put(Math.min(Math.max(exp, 1), forEver))
  }

  forgetExpired(second: number): void {
    for (let place = 0; place < this.#ends.length;) {
      const end = this.#endAt(place)
      // What moves up into a place that is freed is looked at, too.
      if (end === 0 || end === forEver || end > second) place += 1
      else this.#free(place)
    }
    if (this.#size * spareRoom < this.#ends.length) this.#resize(this.#size * growth)
  }

  /** Each name, as far as it is kept, with its end; the same for all that know the same. */
  sorted(): [name: string, exp: number][] {
    const found: [string, number][] = []
    for (let place = 0; place < this.#ends.length; place += 1) {
      const end = this.#endAt(place)
      if (end !== 0) found.push([this.#nameAt(place), end])
    }
    return found.toSorted(([one], [other]) => (one < other ? -1 : 1))
  }

  #put(end: number): void {
    const place = this.#find()
    const known = this.#endAt(place)
    if (known === 0) {
      this.#names.set(wanted, wordsPerName * place)
      this.#size += 1
    }
    this.#ends[place] = Math.max(known, end)
  }

  /** Where the wanted name is, or the free place where it would be. */
  #find(): number {
    let place = this.#home(wanted[0])
    while (this.#endAt(place) !== 0 && !this.#isAt(place)) place = this.#after(place)
    return place
  }

  #isAt(place: number): boolean {
    const first = wordsPerName * place
    for (let word = 0; word < wordsPerName; word += 1)
      if (this.#names[first + word] !== wanted[word]) return false
    return true
  }

  /** Moves up what was only put further away because this place was taken. */
  #free(place: number): void {
    let hole = place
    for (let next = this.#after(hole); this.#endAt(next) !== 0; next = this.#after(next)) {
      const home = this.#home(this.#names[wordsPerName * next])
      if (this.#distance(home, next) < this.#distance(hole, next)) continue
      const first = wordsPerName * next
      this.#names.copyWithin(wordsPerName * hole, first, first + wordsPerName)
      this.#ends[hole] = this.#endAt(next)
      hole = next
    }
    this.#ends[hole] = 0
    this.#size -= 1
  }

  #resize(room: number): void {
    const [names, ends] = [this.#names, this.#ends]
    const places = Math.max(leastRoom, Math.ceil(room))
    this.#names = new Uint32Array(wordsPerName * places)
    this.#ends = new Uint32Array(places)
    this.#size = 0
    for (const [place, end] of ends.entries()) {
      if (end === 0) continue
      wanted.set(names.subarray(wordsPerName * place, wordsPerName * (place + 1)))
      this.#put(end)
    }
  }

  #endAt(place: number): number {
    return this.#ends[place] ?? 0
  }

  #home(firstWord = 0): number {
    return firstWord % this.#ends.length
  }

  #after(place: number): number {
    return place + 1 === this.#ends.length ? 0 : place + 1
  }

  #distance(from: number, to: number): number {
    return to >= from ? to - from : to - from + this.#ends.length
  }

  #nameAt(place: number): string {
    const words = this.#names.subarray(wordsPerName * place, wordsPerName * (place + 1))
    return Array.from(words, (word) => word.toString(16).padStart(digitsPerWord, '0')).join('')
  }
}

const wordsPerName = 4
const digitsPerWord = 8
const leastRoom = 16
const growth = 1.5
const highestLoad = 0.75
/** Room for so many times what there is, and it is given back. */
const spareRoom = 4
/** Seconds: the year 2106, and whatever is later. */
const forEver = 0xff_ff_ff_ff

/** The name that is looked for. Nothing here waits, so one place will do. */
const wanted = new Uint32Array(wordsPerName)

const digits = new Int8Array(128).fill(-1)
for (const [value, digit] of Array.from('0123456789abcdef').entries())
  digits[digit.charCodeAt(0)] = value

function readName(name: string): void {
  for (let word = 0; word < wordsPerName; word += 1) {
    let value = 0
    for (let place = digitsPerWord * word; place < digitsPerWord * (word + 1); place += 1) {
      const digit = digits[name.charCodeAt(place)] ?? -1
      if (digit < 0) throw new TypeError('a name is not 128 bits in lower-case hex')
      value = (value << 4) | digit
    }
    wanted[word] = value
  }
}
