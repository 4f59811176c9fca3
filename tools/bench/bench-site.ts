// The page that engines run in: built like the product's, served cross-origin isolated, with model files by number.
import { createReadStream } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { build } from 'vite'
import { buildKernels } from '../build-kernels.ts'
import { projectRoot } from '../ensure-built.ts'
import { peersDirectory } from './install-peers.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
}

export interface BenchSite {
  pageUrl(engine: string): string
  /** Serves the file from now on; by this address. */
  fileUrl(path: string): string
  close(): Promise<void>
}

export async function openBenchSite(): Promise<BenchSite> {
  const built = join(projectRoot, 'build/bench')
  await buildKernels()
  for (const kernel of ['read', 'peak']) await compileKernel(kernel)
  await build({
    configFile: false,
    root: join(peersDirectory, 'page'),
    logLevel: 'error',
    build: { outDir: built, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 10_000 },
    worker: { format: 'es' },
  })
  const files: string[] = []
  const roots = { '/onnxruntime-web/': join(peersDirectory, 'node_modules/onnxruntime-web/dist'), '/': built }
  const pathOf = (url: string): string | undefined => {
    const file = /^\/file\/(\d+)$/.exec(url)?.[1]
    if (file !== undefined) return files[Number(file)]
    const prefix = url.startsWith('/onnxruntime-web/') ? '/onnxruntime-web/' : '/'
    return join(roots[prefix], normalize(`/${url.slice(prefix.length) || 'index.html'}`))
  }
  const server = createServer((request, response) => {
    answer(request, response, pathOf(new URL(request.url ?? '/', 'http://bench').pathname)).catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    pageUrl: (engine) => `${origin}/?engine=${engine}`,
    fileUrl: (path) => `${origin}/file/${files.push(path) - 1}`,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, path: string | undefined): Promise<void> {
  const found = path === undefined ? null : await stat(path).catch(() => null)
  if (!path || !found?.isFile()) {
    response.writeHead(404).end()
    return
  }
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const start = Number(first)
  const end = last === '' ? found.size - 1 : Math.min(Number(last), found.size - 1)
  const isPart = request.headers.range !== undefined
  response.writeHead(isPart ? 206 : 200, {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cache-control': 'no-store',
    etag: `"${found.size}-${found.mtimeMs}"`,
    'accept-ranges': 'bytes',
    'content-type': contentTypes[extname(path)] ?? 'application/octet-stream',
    'content-length': end - start + 1,
    ...(isPart ? { 'content-range': `bytes ${start}-${end}/${found.size}` } : {}),
  })
  createReadStream(path, { start, end })
    .on('error', () => response.destroy())
    .pipe(response)
}

/** tests/bench/assembly/NAME.ts to page/build/NAME.wasm. */
async function compileKernel(name: string): Promise<void> {
  const { main } = await import('assemblyscript/asc')
  await mkdir(join(peersDirectory, 'page/build'), { recursive: true })
  const simd = ['--enable', 'simd', '--enable', 'relaxed-simd']
  const options = ['-O3', '--runtime', 'stub', ...simd, '--noAssert', '--initialMemory', '2']
  const files = [`tests/bench/assembly/${name}.ts`, '--baseDir', projectRoot]
  const { error, stderr } = await main([...files, '--outFile', `tests/bench/page/build/${name}.wasm`, ...options])
  if (error) throw new Error(`The benchmark's ${name} kernel did not compile: ${error.message}\n${stderr.toString()}`)
}
