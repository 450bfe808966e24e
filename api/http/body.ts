import type { Request } from 'express';
import { ApiError } from '../problem.ts';
import { parseJson, type Digits } from './json-source.ts';

export const LARGEST_BODY = 1024 * 1024;
const LARGEST_DRAIN = 64 * LARGEST_BODY; // read and thrown away, so that the client gets to see the 413

/** The request's JSON, undefined when there is no body. */
export async function readJson(req: Request, digits: Digits): Promise<unknown> {
  const bytes = await readBytes(req);
  if (bytes.length === 0) return undefined;
  checkMediaType(req);
  return parseJson(decode(bytes), digits);
}

async function readBytes(req: Request): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= LARGEST_BODY) chunks.push(chunk);
    else if (size > LARGEST_DRAIN) break;
  }
  if (size > LARGEST_BODY)
    throw new ApiError('too_large', 'The body is larger than 1 MiB; send less.', {
      headers: { connection: 'close' },
    });
  return Buffer.concat(chunks, size);
}

function checkMediaType(req: Request): void {
  const [type = '', ...parameters] = (req.get('content-type') ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset =
    parameters
      .find((parameter) => parameter.startsWith('charset='))
      ?.slice(8)
      .replaceAll('"', '') ?? 'utf-8';
  if (!/^application\/(json|[-\w.]+\+json)$/.test(type) || !/^utf-?8$/.test(charset))
    throw new ApiError('media_type', 'Send the body as UTF-8 JSON with Content-Type: application/json.');
  if ((req.get('content-encoding') ?? 'identity') !== 'identity')
    throw new ApiError(
      'media_type',
      'Compressed bodies are not accepted; send the body without Content-Encoding.',
    );
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ApiError('invalid_json', 'The body is not valid UTF-8.');
  }
}
