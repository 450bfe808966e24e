import { pino, type Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';

/** One JSON line an event; readable lines on a terminal. What could hold a secret is redacted. */
export function createLog(level: string, name: string): Logger {
  const options = {
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['req.headers.authorization', 'headers.authorization', '*.apiKey', '*.secretKey', '*.privateKey'],
  };
  if (!process.stdout.isTTY) return pino(options);
  return pino(options, PinoPretty({ colorize: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'name' }));
}

/** A bug still ends the process, but its log line says which one. */
export function logLastWords(log: Logger): void {
  process.on('uncaughtExceptionMonitor', (error, origin) =>
    log.fatal({ err: error, origin }, 'the process ends: nobody handled this'),
  );
}
