import { randomUUID } from 'node:crypto';
import type { FlowContext } from './flow.ts';
import type { PostedUpload } from './form.ts';

interface Upload {
  filename: string;
  chunks: Map<number, Buffer>;
  totalChunks: number;
}

/** Uploaded files, in memory until a launch names them. */
export interface Uploads {
  begin(filename: string, totalChunks: number): string;
  /** False when nobody began this upload. */
  take(id: string, number: number, bytes: Buffer): boolean;
  /** The complete files. Nobody else gets them afterwards. */
  collect(posted: PostedUpload): FlowContext['files'];
}

export function createUploads(): Uploads {
  const uploads = new Map<string, Upload>();
  return {
    begin(filename, totalChunks) {
      const id = randomUUID();
      uploads.set(id, { filename, totalChunks, chunks: new Map() });
      return id;
    },
    take(id, number, bytes) {
      const upload = uploads.get(id);
      if (upload && !upload.chunks.has(number)) upload.chunks.set(number, bytes);
      return upload !== undefined;
    },
    collect: ({ uploadIds }) =>
      uploadIds.flatMap((id) => {
        const upload = uploads.get(id);
        uploads.delete(id);
        if (upload?.chunks.size !== upload?.totalChunks || !upload) return [];
        const parts = [...upload.chunks].toSorted(([a], [b]) => a - b).map(([, bytes]) => bytes);
        return [{ filename: upload.filename, bytes: Buffer.concat(parts) }];
      }),
  };
}
