/** For people, in the decimal units that browsers and file managers show: "512 bytes", "81.3 kB", "115.0 MB", "4.29 GB". */
export function bytesInWords(bytes: number): string {
  if (bytes < 1e3) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  if (bytes < 999_950) return `${(bytes / 1e3).toFixed(1)} kB`
  return bytes < 999_950_000 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}
