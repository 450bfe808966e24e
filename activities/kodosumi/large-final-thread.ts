import { parentPort, workerData } from 'node:worker_threads';
import { readLargeFinal } from '../../domain/masumi/kodosumi-final.ts';
import type { LargeFinal } from './large-final.ts';

const { final, mostBytes } = workerData as LargeFinal;
const result = readLargeFinal(final);
const isTooLarge = Buffer.byteLength(result.output) > mostBytes;
const text = isTooLarge ? undefined : new TextEncoder().encode(JSON.stringify(result));
parentPort?.postMessage(text, text === undefined ? [] : [text.buffer]);
