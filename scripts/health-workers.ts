import { hostname } from 'node:os';
import { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { Config } from '../config.ts';
import { taskQueues } from '../domain/queues.ts';
import { temporalOptions } from '../temporal-connection.ts';

/** A long poll lasts a minute: who has not come back within two is gone or hangs. */
const LAST_SEEN_MS = 120_000;
