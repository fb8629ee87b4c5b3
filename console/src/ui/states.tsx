// What a page shows when it has nothing, waits, or failed. Every list and every detail page uses these.
import { InboxOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Skeleton, Typography } from "antd";
import type { ReactNode } from "react";
import { toApiError, type ApiError } from "@/api/errors";
import { useTranslation } from "@/lib/i18n";
import { CopyText } from "./CopyText";

export interface EmptyStateProps {
  title: ReactNode;
  hint?: ReactNode;
  icon?: ReactNode;
  /** Usually the button that makes the first one. */
  action?: ReactNode;
}

export function EmptyState({ title, hint, icon, action }: EmptyStateProps) {
  return (
    <Flex vertical align="center" justify="center" gap={8} style={{ padding: "48px 24px", textAlign: "center" }}>
      <Typography.Text type="secondary" style={{ fontSize: 36, lineHeight: 1 }} aria-hidden>
        {icon ?? <InboxOutlined aria-hidden />}
      </Typography.Text>
      <Typography.Text strong>{title}</Typography.Text>
      {hint && (
        <Typography.Text type="secondary" style={{ maxWidth: 480 }}>
          {hint}
        </Typography.Text>
      )}
      {action && <div style={{ marginTop: 8 }}>{action}</div>}
    </Flex>
  );
}

function useErrorTitle(error: ApiError): string {
  const { t } = useTranslation();
  if (error.offline) return t("error.offline");
  if (error.status === 403) return t("error.forbidden");
  if (error.status === 404) return t("error.missing");
  if (error.status === 409) return t("error.conflict");
  return t("error.title");
}

/** A failure in full: message, stable code, request id to copy, and a way to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const failure = toApiError(error);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      style={{ margin: "12px 0" }}
      title={useErrorTitle(failure)}
      description={
        <Flex vertical gap={4}>
          <span style={{ overflowWrap: "anywhere" }}>{failure.offline ? t("error.offlineHint") : failure.message}</span>
          {!failure.offline && (
            <Flex wrap gap="4px 16px">
              <span>
                {t("error.code")}: <code>{failure.code}</code>
              </span>
              {failure.requestId && (
                <span>
                  {t("error.requestId")}: <CopyText text={failure.requestId} />
                </span>
              )}
            </Flex>
          )}
        </Flex>
      }
      action={
        onRetry && (
          <Button size="small" onClick={onRetry}>
            {t("action.retry")}
          </Button>
        )
      }
    />
  );
}

/** The shape of a page while its data loads. */
export function PageSkeleton({ rows = 8 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div aria-busy="true" aria-label={t("state.loading")} role="status" style={{ padding: 16 }}>
      <Skeleton active title paragraph={{ rows }} />
    </div>
  );
}

export interface QueryLike<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** A query's three states: its page once there is data (also while it refetches), else the error, else a skeleton. */
export function QueryView<T>({ query, children }: { query: QueryLike<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <PageSkeleton />;
}
