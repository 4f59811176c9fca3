// What was dropped on the page, folders opened: the files with their paths from the dropped folder on.
import type { LocalFile } from '../src/index.ts'

/** Call it in the drop event's own task: afterwards the browser forgets what was dropped. */
export async function droppedFiles({ items }: DataTransfer): Promise<LocalFile[]> {
  const found = [...items].map((item) => {
    const entry = item.webkitGetAsEntry()
    if (entry) return filesIn(entry, entry.name)
    // A file that lies in no folder, such as one that another page made.
    const file = item.getAsFile()
    return file ? [{ path: file.name, file }] : []
  })
  return (await Promise.all(found)).flat()
}

async function filesIn(entry: FileSystemEntry, path: string): Promise<LocalFile[]> {
  if (isFile(entry)) return [{ path, file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)) }]
  const children = isDirectory(entry) ? await childrenOf(entry) : []
  return (await Promise.all(children.map((child) => filesIn(child, `${path}/${child.name}`)))).flat()
}

/** A reader gives some entries at a time (Chromium: 100), and none at the end. */
async function childrenOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return all
    all.push(...some)
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}
