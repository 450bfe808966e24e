import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { Mounted } from '../http/mount.ts';
import type { OpenApiDocument } from '../openapi.ts';
import { defineRoute, type Route } from '../route.ts';

const require = createRequire(import.meta.url);
const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

const FILES = [
  { path: '/docs', file: new URL('./page.html', import.meta.url), type: 'text/html; charset=utf-8' },
  { path: '/docs/page.css', file: new URL('./page.css', import.meta.url), type: CSS },
  { path: '/docs/page.js', file: new URL('./page.js', import.meta.url), type: SCRIPT },
  { path: '/docs/swagger-ui.css', file: require.resolve('swagger-ui-dist/swagger-ui.css'), type: CSS },
  {
    path: '/docs/swagger-ui-bundle.js',
    file: require.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
    type: SCRIPT,
  },
];

/** The description as JSON, and as a page whose every file comes from here. */
export const mountDocuments = (document: OpenApiDocument): Mounted[] => [
  mountDocument('/openapi.json', Buffer.from(JSON.stringify(document)), 'application/json; charset=utf-8'),
  ...FILES.map(({ path, file, type }) => mountDocument(path, readFileSync(file), type)),
];

/** One buffer serves all readers at the same time. */
function mountDocument(path: string, bytes: Buffer, type: string): Mounted {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`;
  const headers = { etag, 'cache-control': 'no-cache' }; // browsers keep it and ask again: a release may change it
  const handler: RequestHandler = (req, res) => {
    res.set(headers);
    if (isKnown(req.get('if-none-match') ?? '', etag)) res.status(304).end();
    else res.writeHead(200, { 'content-type': type, 'content-length': bytes.length }).end(bytes);
  };
  return { route: documentRoute(path, type), family: undefined, handler };
}

/** Express' `req.fresh` is false for requests with `Cache-Control: no-cache`, which fetch adds to each If-None-Match. */
const isKnown = (ifNoneMatch: string, etag: string): boolean =>
  ifNoneMatch.split(',').some((given) => [etag, '*'].includes(given.trim().replace(/^W\//, '')));

const documentRoute = (path: string, type: string): Route =>
  defineRoute({
    method: 'get',
    path,
    summary: path,
    tags: ['documentation'],
    scope: null,
    limited: false,
    responses: { 200: { description: 'The document.', schema: z.string(), type: type.split(';')[0]! } },
    // Never called: mountDocument brings its own handler.
    handler: async () => {
      throw new Error('Documents are not answered by routes.');
    },
  });
