/** The host alone: paths, queries and user names of nodes' addresses hold keys. */
export const nodeName = (rpcUrl: string): string =>
  URL.canParse(rpcUrl) ? new URL(rpcUrl).host : 'the configured node';

/** What went wrong with a node: chain libraries quote the whole address that they asked, of which the host is left. */
export const saidBy = (error: unknown): string =>
  withoutAddresses(error instanceof Error ? error.message : String(error));

const withoutAddresses = (text: string): string =>
  text.replaceAll(/\b(?:https?|wss?):\/\/[^\s"'`<>)\]}]+/gi, (address) => nodeName(address));
