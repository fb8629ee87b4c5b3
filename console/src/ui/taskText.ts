// What a platform task does and how far it is, in the reader's language.
import { useMemo } from "react";
import type { PlatformTask } from "@/api/tasks";
import { useTranslation, type i18next } from "@/lib/i18n";

type Named = Pick<PlatformTask, "kind" | "title">;
type Progress = Pick<PlatformTask, "message" | "message_code" | "message_values">;

export function taskTexts(i18n: Pick<typeof i18next, "t" | "exists">) {
  return {
    /** What is done to what; a kind that this console does not know is called as the server calls it. */
    name: ({ kind, title }: Named) =>
      i18n.exists(`tasks:kind.${kind}`) ? i18n.t(`tasks:kind.${kind}`, { title }) : i18n.t("tasks:unknownKind", { kind, title }),
    /** How far it is; in English where the server says what this console does not know. */
    message: ({ message, message_code: code, message_values: values }: Progress) =>
      code && i18n.exists(`tasks:progress.${code}`) ? i18n.t(`tasks:progress.${code}`, values) : message,
  };
}

export function useTaskText() {
  const { t, i18n } = useTranslation();
  // `t` is another one in another language.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  return useMemo(() => taskTexts(i18n), [t, i18n]);
}
