/** The host alone: paths, queries and user names of nodes' addresses hold keys. */
export const nodeName = (rpcUrl: string): string =>
  URL.canParse(rpcUrl) ? new URL(rpcUrl).host : 'the configured node';

/** Errors of chain libraries quote the whole address that they asked. */
export const withoutAddresses = (text: string): string =>
  text.replaceAll(/\b(?:https?|wss?):\/\/[^\s"'`<>)\]}]+/gi, (address) => nodeName(address));
