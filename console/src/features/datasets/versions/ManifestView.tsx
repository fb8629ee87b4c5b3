// The first lines of a version's manifest, and the whole of it to download.
import { DownloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { contentUrl, parsePlace, readBeginning } from "@/api/files";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { CodeBlock, Panel, QueryView } from "@/ui";
import { firstLines } from "./manifest";

const bytes = 16 * 1024;
const lines = 20;

export function ManifestView({ path }: { path: string }) {
  const { t } = useTranslation(["datasets", "common"]);
  const { projectId } = useScope();
  const place = parsePlace(path);
  const url = place ? contentUrl(projectId, place.bucket, place.key) : "";
  const query = useQuery({
    queryKey: ["datasets", "manifest", url],
    enabled: place !== null,
    // A published manifest never changes.
    staleTime: Infinity,
    queryFn: ({ signal }) => readBeginning(url, bytes, signal),
  });
  return (
    <Panel
      title={t("datasets:version.manifest", { count: lines })}
      extra={
        <Button size="small" icon={<DownloadOutlined aria-hidden />} href={url} download>
          {t("common:action.download")}
        </Button>
      }
    >
      <QueryView query={query}>
        {({ text, more }) => <CodeBlock code={firstLines(text, lines, more)} maxHeight={320} label={t("datasets:version.manifest", { count: lines })} />}
      </QueryView>
    </Panel>
  );
}
