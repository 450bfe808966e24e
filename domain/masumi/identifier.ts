/**
 * May this text go to the payment service verbatim as `identifierFromPurchaser`? It takes hex only, whole bytes, 14 to
 * 26 digits (masumi.md section 3, "Identifier").
 */
export const isNodeIdentifier = (text: string): boolean => /^(?:[0-9a-f]{2}){7,13}$/i.test(text);
