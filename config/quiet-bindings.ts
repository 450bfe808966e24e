const SAID_AT_IMPORT = 'bigint: Failed to load bindings';

/**
 * Imported by every file that imports the Solana token library, and before it, so that no process can forget it. bigint-buffer, deep below the Solana token library, warns that its native half
 * is missing. It is left out on purpose (no install scripts; the native half has a known overflow, CVE-2025-3194).
 */
const { warn } = console;
console.warn = (...words: unknown[]): void => {
  if (!String(words[0]).startsWith(SAID_AT_IMPORT)) warn.apply(console, words);
};
