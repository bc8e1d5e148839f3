/** One URL a host of a URL that may list several, `postgres://user:password@one:5432,two:5433/name`, in their order. */
export function hostUrls(url: string): string[] {
  const match = /^(?<scheme>[a-z]+:\/\/)(?<credentials>[^/]*@)?(?<hosts>[^/?]*)(?<rest>.*)$/.exec(url);
  if (match?.groups === undefined) return [url];
  const { scheme = '', credentials = '', hosts = '', rest = '' } = match.groups;
  return hosts.split(',').map((host) => `${scheme}${credentials}${host}${rest}`);
}
