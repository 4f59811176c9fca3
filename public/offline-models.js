// Part of sw.js: answers requests for parts of a kept model where the network does not. Workbox itself would answer with the whole file,
// also online, where the server's own answer is due.
self.addEventListener('fetch', (event) => {
  const { request } = event
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get('range') ?? '')
  if (!range || !/\/models\/[^?]*\.gguf$/.test(request.url)) return
  event.stopImmediatePropagation()
  event.respondWith(fetch(request).catch((error) => keptPart(request, Number(range[1]), Number(range[2]), error)))
})

async function keptPart({ url }, start, last, error) {
  const kept = await caches.match(url, { ignoreSearch: true, ignoreVary: true })
  if (!kept) throw error
  const whole = await kept.blob()
  const end = Math.min(last + 1, whole.size)
  if (start >= end) return new Response(null, { status: 416, headers: { 'content-range': `bytes */${whole.size}` } })
  const part = whole.slice(start, end)
  const headers = {
    'content-type': 'application/octet-stream',
    'content-length': String(part.size),
    'content-range': `bytes ${start}-${end - 1}/${whole.size}`,
  }
  const etag = kept.headers.get('etag')
  return new Response(part, { status: 206, headers: etag ? { ...headers, etag } : headers })
}
