import { randomUUID } from 'node:crypto';
import { Router, raw, type Request, type Response } from 'express';
import { readMultipart } from './multipart.ts';
import type { Parts } from './parts.ts';
import { answerProblem } from './problems.ts';

const LARGEST_CHUNK = 1024 * 1024;

/** Uploads in pieces, as Kodosumi takes them. */
export function createFileRouter(parts: Parts): Router {
  const router = Router();
  router.post('/files/init_batch', (_request, response) => {
    response.status(201).json({ batch_id: randomUUID() });
  });
  router.post('/files/init', (request, response) => {
    const { filename, total_chunks: total, batch_id: batch } = request.body as { [field: string]: unknown };
    const id = parts.uploads.begin(String(filename), Number(total));
    response.status(201).json({ upload_id: id, batch_id: batch ?? null });
  });
  router.post('/files/chunk', raw({ type: 'multipart/form-data', limit: '2mb' }), (request, response) =>
    takeChunk(parts, request, response),
  );
  router.post('/files/complete/:fid/:batch/in', (request, response) => deliver(parts, request, response));
  return router;
}

function deliver({ runs, uploads }: Parts, request: Request, response: Response): void {
  const { fid, batch: batchId } = request.params as { fid: string; batch: string };
  const run = runs.any(fid);
  if (run === undefined) return answerProblem(request, response, 404, fid);
  const uploadIds = Object.keys(request.body as object);
  const answers = uploadIds.map((id) => {
    const files = uploads.collect({ batchId, uploadIds: [id], names: [] });
    run.files.push(...files);
    return files.length > 0 ? { status: 'upload complete' } : { error: 'Invalid upload ID' };
  });
  response.status(201).json(answers);
}

function takeChunk({ uploads }: Parts, request: Request, response: Response): void {
  const fields = readMultipart(request.body as Buffer, request.header('content-type') ?? '');
  const [id, number, chunk] = ['upload_id', 'chunk_number', 'chunk'].map((name) => fields.get(name));
  if (!id || !number || !chunk) return answerProblem(request, response, 400, 'Validation failed');
  if (chunk.length > LARGEST_CHUNK)
    return answerProblem(
      request,
      response,
      413,
      `Chunk size exceeds maximum allowed size of ${LARGEST_CHUNK} bytes.`,
    );
  if (!uploads.take(id.toString(), Number(number.toString()), chunk))
    return void response.status(201).json({ error: 'Invalid upload ID - upload not initialized' });
  response.status(201).json({ status: 'chunk received', chunk_number: Number(number.toString()) });
}
