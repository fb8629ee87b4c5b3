// Messages in the corner, for what happened outside of the reader's form: `const notify = useNotify()`.
import { App } from "antd";
import { useMemo } from "react";
import { toApiError } from "@/api/errors";
import { useTranslation } from "@/lib/i18n";

export function useNotify() {
  const { message, notification } = App.useApp();
  const { t } = useTranslation();
  return useMemo(
    () => ({
      success: (text: string) => void message.success(text),
      info: (text: string) => void message.info(text),
      /** A failure with its code and request id; stays until it is read. */
      error: (error: unknown, title?: string) => {
        const failure = toApiError(error);
        if (failure.status === 401) return; // The sign-in page says it.
        const trace = failure.requestId ? `${t("error.requestId")}: ${failure.requestId}` : "";
        notification.error({
          title: title ?? (failure.offline ? t("error.offline") : t("error.title")),
          description: (
            <>
              <div>{failure.offline ? t("error.offlineHint") : failure.message}</div>
              {!failure.offline && <small>{[failure.code, trace].filter(Boolean).join(" · ")}</small>}
            </>
          ),
          placement: "bottomRight",
          duration: 8,
        });
      },
    }),
    [message, notification, t],
  );
}
