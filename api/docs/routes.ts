import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { OpenApiDocument } from '../openapi.ts';
import { defineRoute, type Route } from '../route.ts';

const FILES = [
  { path: '/docs', file: 'page.html', type: 'text/html; charset=utf-8' },
  { path: '/docs/page.css', file: 'page.css', type: 'text/css; charset=utf-8' },
  { path: '/docs/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
];

/** The description as JSON and as a page without any foreign script. */
export function documentationRoutes(document: OpenApiDocument): Route[] {
  const json = JSON.stringify(document);
  return [
    textRoute('/openapi.json', json, 'application/json; charset=utf-8'),
    ...FILES.map(({ path, file, type }) =>
      textRoute(path, readFileSync(new URL(file, import.meta.url), 'utf8'), type),
    ),
  ];
}

const textRoute = (path: string, text: string, type: string): Route =>
  defineRoute({
    method: 'get',
    path,
    summary: path,
    tags: ['documentation'],
    scope: null,
    limited: false,
    responses: { 200: { description: 'The document.', schema: z.string(), type: type.split(';')[0]! } },
    handler: async () => ({ status: 200, text, type }),
  });
