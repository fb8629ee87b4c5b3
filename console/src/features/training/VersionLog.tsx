// The log of a version as it grows.
import { useEffect, useState, useSyncExternalStore } from "react";
import { useScope } from "@/api/session";
import { saveBlob } from "@/lib/save";
import { useTranslation } from "@/lib/i18n";
import { ErrorState, useNotify } from "@/ui";
import { LogView } from "@/ui/log/LogView";
import { VersionLogSource } from "./logSource";
import { useRefreshJobs, type VersionDetails } from "./queries";
import { isMoving } from "./states";

export function VersionLog({ version }: { version: VersionDetails }) {
  const { t } = useTranslation("training");
  const { projectId } = useScope();
  const notify = useNotify();
  const refresh = useRefreshJobs();
  const { job_id: jobId, version_id: versionId, status } = version;
  const [source] = useState(() => new VersionLogSource({ projectId, jobId, versionId }));
  const log = useSyncExternalStore(source.lines.subscribe, source.lines.snapshot);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const [loading, setLoading] = useState<"earlier" | "download" | null>(null);

  useEffect(() => {
    const abort = new AbortController();
    source
      .follow(abort.signal, () => void refresh())
      .catch((failure: unknown) => {
        if (!abort.signal.aborted) setError(failure);
      });
    return () => abort.abort();
    // A refresh function is new with every render; the stream must not be.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [source, attempt]);

  function during(what: "earlier" | "download", act: () => Promise<unknown>) {
    setLoading(what);
    act()
      .catch((failure: unknown) => notify.error(failure))
      .finally(() => setLoading(null));
  }

  if (error)
    return (
      <ErrorState
        error={error}
        onRetry={() => {
          setError(null);
          setAttempt(attempt + 1);
        }}
      />
    );
  return (
    <LogView
      log={log}
      label={t("tab.log")}
      height="100%"
      empty={isMoving(status) ? t("logWaiting") : t("logEmpty")}
      onEarlier={() => during("earlier", () => source.loadEarlier())}
      loadingEarlier={loading === "earlier"}
      onDownload={() =>
        during("download", async () => saveBlob(await source.download(), `${version.job_name}-${version.version_name}.log`))
      }
      downloading={loading === "download"}
    />
  );
}
