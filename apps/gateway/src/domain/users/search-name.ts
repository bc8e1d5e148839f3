/** A name as it is stored to be searched, and what is searched for: in lower case, compatibility forms alike. */
export function searchName(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
