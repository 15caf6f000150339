/** A `fetch` that sends to this broker whatever host the test has named. */
export function fetchFrom(url: string): typeof fetch {
  return (input, init) => {
    const asked = new URL(input instanceof Request ? input.url : input)
    return fetch(new URL(asked.pathname + asked.search, url), init)
  }
}
