// Why a form was refused, below its fields. It comes into sight by itself: forms are longer than windows.
import { useEffect, useRef } from "react";
import { ErrorState } from "./states";

export function FormError({ error }: { error: unknown }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error) box.current?.scrollIntoView({ block: "nearest" });
  }, [error]);
  return <div ref={box}>{Boolean(error) && <ErrorState error={error} />}</div>;
}
