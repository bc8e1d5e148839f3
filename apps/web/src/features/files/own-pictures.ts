const MOST = 40;

/** Pictures that were sent from this page, by the ids of their files: shown until smaller ones are made. */
const addresses = new Map<string, string>();

export function keepOwnPicture(attachmentId: string, address: string): void {
  addresses.set(attachmentId, address);
  const [oldest] = addresses;
  if (addresses.size <= MOST || oldest === undefined) return;
  URL.revokeObjectURL(oldest[1]);
  addresses.delete(oldest[0]);
}

export function ownPicture(attachmentId: string): string | undefined {
  return addresses.get(attachmentId);
}
