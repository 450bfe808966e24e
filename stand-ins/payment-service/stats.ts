import type { RequestHandler } from 'express';

export interface Stats {
  readonly count: RequestHandler;
  /** Requests since the start by method and path, those that a fault hit included. */
  read(): Record<string, number>;
}

export function createStats(): Stats {
  const counts = new Map<string, number>();
  return {
    count(request, _response, next) {
      const call = `${request.method} ${request.path}`;
      counts.set(call, (counts.get(call) ?? 0) + 1);
      next();
    },
    read: () => Object.fromEntries(counts),
  };
}
