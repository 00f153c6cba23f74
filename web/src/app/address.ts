import { useCallback } from "react";
import { useSearchParams, type SetURLSearchParams } from "react-router";

/**
 * What the address says of a page, and how to change it.
 *
 * A change is shown at once and not when there is time for it: the next key or click starts from what the last one
 * asked for, however busy the machine is.
 */
export function useAddress(): readonly [URLSearchParams, SetURLSearchParams] {
  const [address, setAddress] = useSearchParams();
  const change = useCallback<SetURLSearchParams>(
    (next, options) => setAddress(next, { ...options, flushSync: true }),
    [setAddress],
  );
  return [address, change];
}
