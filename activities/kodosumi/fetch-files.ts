import type { JobInputs } from '../../db/repositories/jobs.ts';
import type { FlowFile, Kodosumi } from '../../domain/ports/kodosumi.ts';
import type { JsonObject } from '../../schemas/core/json.ts';

/** Gets one file from an address that a purchaser gave: https, public hosts, a size limit. */
export type FetchFile = (url: string) => Promise<FlowFile>;

/** The values for Kodosumi, files fetched and handed over first (masumi.md 1.3, "file"). */
export async function withFiles(
  kodosumi: Kodosumi,
  fetchFile: FetchFile,
  { values, files }: JobInputs,
): Promise<JsonObject> {
  const all: JsonObject = { ...values };
  for (const { name, urls } of files) {
    const fetched: FlowFile[] = [];
    for (const url of urls) fetched.push(await fetchFile(url));
    all[name] = await kodosumi.upload(fetched);
  }
  return all;
}
