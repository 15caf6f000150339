/** Whether an `Accept-Encoding` takes gzip: named, or by `*`, and not with a weight of zero (RFC 9110 section 12.5.3). */
export function acceptsGzip(acceptEncoding: string | string[] | undefined): boolean {
  const offers = String(acceptEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((offer) => offer.split(';').map((part) => part.trim()))
  const offer =
    offers.find(([coding]) => coding === 'gzip') ?? offers.find(([name]) => name === '*')
  return offer !== undefined && !offer.slice(1).some((weight) => /^q=0(\.0*)?$/.test(weight))
}

export async function gzip(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
