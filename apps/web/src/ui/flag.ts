/** A data attribute that is there or not. */
export function flag(isSet: boolean): true | undefined {
  return isSet ? true : undefined;
}
