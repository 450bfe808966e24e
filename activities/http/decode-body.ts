import { promisify, MIMEType } from 'node:util';
import zlib from 'node:zlib';
import { EngineError } from '../../domain/errors.ts';

/** A body without its codings. `fault`: it could not be decoded, and then there is no text. */
export interface DecodedBody {
  content: Buffer;
  text: string;
  fault?: string;
}

type Decoder = (body: Buffer, bounds: { maxOutputLength: number }) => Promise<Buffer>;

const gunzip: Decoder = promisify(zlib.gunzip);
const inflate: Decoder = promisify(zlib.inflate);
const inflateRaw: Decoder = promisify(zlib.inflateRaw);

/** Codings by their registered names (RFC 9110, section 8.4.1; RFC 8878). What is not listed changes nothing. */
const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  // "deflate" means the zlib format, and some servers send bare deflate data all the same.
  ['deflate', (body, bounds) => ((body[0] ?? 0) % 16 === 8 ? inflate : inflateRaw)(body, bounds)],
  ['br', promisify(zlib.brotliDecompress)],
  ['zstd', promisify(zlib.zstdDecompress)],
]);

const MOST_CODINGS = 4;

/** Reads a body as its headers say: codings are taken off, last one first, and bytes become text by their charset. */
export async function decodeBody(
  raw: Buffer,
  headers: { readonly [name: string]: string },
  maxBytes: number,
): Promise<DecodedBody> {
  const content = await uncoded(raw, headers['content-encoding'] ?? '', maxBytes);
  return typeof content === 'string'
    ? { content: raw, text: '', fault: content }
    : { content, text: textOf(content, headers['content-type']) };
}

/** The content, or what is wrong with it. Throws when it is larger than `maxBytes`. */
async function uncoded(raw: Buffer, header: string, maxBytes: number): Promise<Buffer | string> {
  const codings = header.split(',').map((coding) => coding.trim().toLowerCase());
  if (codings.length > MOST_CODINGS) return `its body is encoded ${codings.length} times`;
  let body = raw;
  for (const coding of codings.toReversed()) {
    const decode = DECODERS.get(coding);
    if (decode === undefined || body.length === 0) continue;
    try {
      body = await decode(body, { maxOutputLength: maxBytes });
    } catch (error) {
      if (isTooLarge(error))
        throw new EngineError('answer_too_large', `The answer has more than ${maxBytes} bytes.`);
      // Proxies decode bodies and leave the header: plain text that is no such coding is taken as it is.
      if (!isUtf8(body)) return `its body is not ${coding}, although it says so`;
    }
  }
  return body;
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The byte order mark wins, then the charset, then what JSON looks like in UTF-16 and UTF-32, then UTF-8. */
function textOf(bytes: Buffer, contentType: string | undefined): string {
  const text = decoderOf(bytes, charsetOf(contentType))(bytes);
  return text.replace(/^\ufeff+/, '');
}

type ToText = (bytes: Buffer) => string;

function decoderOf(bytes: Buffer, charset: string | undefined): ToText {
  const named = markOf(bytes) ?? (isVague(charset) ? (looksLike(bytes) ?? charset) : charset);
  if (named === 'utf-32le' || named === 'utf-32be') return (all) => fromUtf32(all, named === 'utf-32le');
  return (all) => labelled(named).decode(all);
}

/** UTF-16 and UTF-32 without the order of their bytes, and no charset at all: the bytes say more. */
const isVague = (charset: string | undefined): boolean =>
  charset === undefined || /^utf-?(16|32)$/.test(charset);

function labelled(charset: string | undefined): { decode: ToText } {
  try {
    return new TextDecoder(charset ?? 'utf-8');
  } catch {
    return new TextDecoder(); // a charset that nobody knows
  }
}

function charsetOf(contentType: string | undefined): string | undefined {
  try {
    return new MIMEType(contentType ?? '').params.get('charset')?.trim().toLowerCase() ?? undefined;
  } catch {
    return undefined;
  }
}

const MARKS: readonly [mark: string, charset: string][] = [
  ['efbbbf', 'utf-8'],
  ['fffe0000', 'utf-32le'],
  ['0000feff', 'utf-32be'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
];

function markOf(bytes: Buffer): string | undefined {
  const start = bytes.subarray(0, 4).toString('hex');
  return MARKS.find(([mark]) => start.startsWith(mark))?.[1];
}

/** JSON begins with an ASCII character, so zeros around it tell the encoding (RFC 4627, section 3). */
function looksLike(bytes: Buffer): string | undefined {
  const zeros = [...bytes.subarray(0, 4)].map((byte) => (byte === 0 ? '0' : 'x')).join('');
  return { x000: 'utf-32le', '000x': 'utf-32be', x0x0: 'utf-16le', '0x0x': 'utf-16be' }[
    zeros.length === 2 ? zeros.repeat(2) : zeros
  ];
}

function fromUtf32(bytes: Buffer, isLittle: boolean): string {
  const points = Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) =>
    isLittle ? bytes.readUInt32LE(index * 4) : bytes.readUInt32BE(index * 4),
  );
  return points.map((point) => String.fromCodePoint(point > 0x10ffff ? 0xfffd : point)).join('');
}
