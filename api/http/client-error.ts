import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { ApiError, buildProblem, PROBLEM_TYPE } from '../problem.ts';

const KNOWN: Readonly<Record<string, [code: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The request headers are larger than 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request took too long to arrive.'],
};

/** What never became a request still gets an answer in the usual shape. */
export function answerBadRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
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
  });
}
