import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiError, buildProblem, PROBLEM_TYPE } from '../problem.ts';
import { afterAnswers, underWay } from './turns.ts';

const KNOWN: Readonly<Record<string, [code: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The request headers are larger than 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request took too long to arrive.'],
};

const LINGER_MS = 1000;

/** Answers invalid HTTP in the usual shape, after the answers to the requests before it on the connection. */
export function answerBadRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const current = underWay(socket);
    if (error.code === 'ECONNRESET') socket.destroy();
    else if (current?.req.complete) afterAnswers(socket, () => refuse(error, socket));
    else if (current?.res.headersSent) socket.destroy(); // a second answer inside the first would be read as its body
    else refuse(error, socket);
  });
}

function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const [code, detail] = KNOWN[error.code ?? ''] ?? ['invalid_request', 'The request is not valid HTTP.'];
  const problem = buildProblem(new ApiError(code, detail), {
    instance: '/',
    requestId: randomUUID(),
    style: undefined,
  });
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER_MS).unref(); // an immediate close might lose the answer
}
