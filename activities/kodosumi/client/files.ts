import { randomUUID } from 'node:crypto';
import { KodosumiError } from '../../../domain/masumi/outside-errors.ts';
import type { FlowFile } from '../../../domain/masumi/ports/kodosumi.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import {
  KodosumiBatch,
  KodosumiChunk,
  KodosumiDelivery,
  KodosumiUpload,
} from '../../../schemas/families/masumi/kodosumi.ts';
import { jsonBody, type Client } from './wire-client.ts';
import type { Ask } from './http.ts';

const CHUNK = 1024 * 1024; // the most that Kodosumi takes at once

/** Uploads all in one batch. Until they are moved to a run they belong to nobody. */
export async function uploadFiles(
  client: Client,
  files: readonly FlowFile[],
  taken = new Set<string>(),
): Promise<string> {
  const batch = await client.mustJson(post('/files/init_batch'), KodosumiBatch);
  const items: { [id: string]: { filename: string; totalChunks: number } } = {};
  for (const { filename: given, bytes } of files) {
    const filename = freeName(plainName(given), taken);
    const totalChunks = Math.max(1, Math.ceil(bytes.length / CHUNK)); // an empty file has one empty piece: without a piece it is never complete
    const init = { filename, total_chunks: totalChunks, batch_id: batch.batch_id };
    const { upload_id: id } = await client.mustJson(post('/files/init', jsonBody(init)), KodosumiUpload);
    for (let number = 0; number < totalChunks; number++)
      await sendChunk(client, id, number, bytes.subarray(number * CHUNK, (number + 1) * CHUNK));
    items[id] = { filename, totalChunks };
  }
  return JSON.stringify({ batchId: batch.batch_id, items });
}

/** A launch moves the files of its form's last file field only (kodosumi 1.1.0, serve.py), and an answer to a lock none. */
export async function deliverFiles(client: Client, fid: string, upload: string): Promise<void> {
  const { batchId, items } = JSON.parse(upload) as { batchId: string; items: JsonObject };
  const path = `/files/complete/${encodeURIComponent(fid)}/${encodeURIComponent(batchId)}/in`;
  await client.mustJson(post(path, jsonBody(items)), KodosumiDelivery); // one that was moved before answers an error of its own
}

async function sendChunk(client: Client, id: string, number: number, bytes: Uint8Array): Promise<void> {
  const fields = { upload_id: id, chunk_number: String(number) };
  const { error } = await client.mustJson(
    post('/files/chunk', multipart(fields, number, bytes)),
    KodosumiChunk,
  );
  if (error) throw new KodosumiError(`Kodosumi did not take a piece of a file: ${error}`, { status: 409 });
}

const post = (path: string, body: Pick<Ask, 'body' | 'contentType'> = {}): Ask => ({
  method: 'POST',
  path,
  harmless: true, // a second upload of the same file only leaves an unused copy
  ...body,
});

/** Built by hand, so that the body is bytes that can be sent twice. */
function multipart(
  fields: Record<string, string>,
  number: number,
  bytes: Uint8Array,
): Required<Pick<Ask, 'body' | 'contentType'>> {
  const boundary = `steward-${randomUUID()}`;
  const part = (disposition: string, value: string): string =>
    `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n${value}`;
  const texts = Object.entries(fields).map(([name, value]) => part(`name="${name}"`, `\r\n${value}\r\n`));
  const file = part(
    `name="chunk"; filename="chunk_${number}"`,
    'content-type: application/octet-stream\r\n\r\n',
  );
  return {
    body: Buffer.concat([Buffer.from(texts.join('') + file), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

/** Kodosumi joins the name to a folder, so the name must not lead elsewhere. */
function plainName(given: string): string {
  const name = given
    .split(/[/\\]/)
    .at(-1)
    ?.replaceAll(/[\p{Cc}\p{Cf}"]/gu, '')
    .trim();
  return name === undefined || /^\.*$/.test(name) ? 'file' : name.slice(-200);
}

/** Kodosumi keeps only the first of two files with the same name. */
function freeName(name: string, taken: Set<string>): string {
  const [, stem = name, ending = ''] = /^(.+?)(\.[^.]*)?$/.exec(name) ?? [];
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${stem}-${number}${ending}`;
  taken.add(free);
  return free;
}
