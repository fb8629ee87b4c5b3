// The pages for addresses that lead nowhere and for pages that broke.
import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { Button, Flex } from "antd";
import { CompassOutlined } from "@ant-design/icons";
import { toApiError } from "@/api/errors";
import { useTranslation } from "@/lib/i18n";
import { CodeBlock, EmptyState, ErrorState, Page } from "@/ui";

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("error.notFoundTitle")}>
      <EmptyState
        icon={<CompassOutlined aria-hidden />}
        title={t("error.notFoundHint")}
        action={
          <Link to="/">
            <Button type="primary" tabIndex={-1}>
              {t("error.backToOverview")}
            </Button>
          </Link>
        }
      />
    </Page>
  );
}

/** Shown by the router's error boundary: a failed request in full, or what broke in the console itself. */
export function CrashPage({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const boundary = useQueryErrorResetBoundary();
  const failure = toApiError(error);
  const retry = () => {
    boundary.reset();
    reset();
    void router.invalidate();
  };
  if (failure.status >= 0)
    return (
      <div style={{ padding: 20 }}>
        <ErrorState error={failure} onRetry={retry} />
      </div>
    );
  return (
    <Page title={t("error.crashed")}>
      <Flex vertical gap={12} align="flex-start">
        <div style={{ width: "100%" }}>
          <CodeBlock code={(error instanceof Error && error.stack) || failure.message} maxHeight={320} />
        </div>
        <Button type="primary" onClick={() => window.location.reload()}>
          {t("action.reload")}
        </Button>
      </Flex>
    </Page>
  );
}
