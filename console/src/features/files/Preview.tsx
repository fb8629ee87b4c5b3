// The drawer that shows one object: images, sound and video by the browser, text by its first bytes.
import { DownloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Drawer, Flex } from "antd";
import { contentUrl, readBeginning } from "@/api/files";
import { useScope } from "@/api/session";
import { useFormat, useTranslation } from "@/lib/i18n";
import { CodeBlock, CopyText, EmptyState, QueryView } from "@/ui";
import { baseName, obsAddress, previewKind } from "./address";

interface PreviewProps {
  bucket: string;
  /** null while nothing is previewed. */
  objectKey: string | null;
  onClose: () => void;
}

export function Preview({ bucket, objectKey, onClose }: PreviewProps) {
  const { t } = useTranslation("common");
  const { projectId } = useScope();
  return (
    <Drawer
      open={objectKey !== null}
      onClose={onClose}
      size={720}
      destroyOnHidden
      title={objectKey && <span style={{ overflowWrap: "anywhere" }}>{baseName(objectKey)}</span>}
      extra={
        objectKey && (
          <Button icon={<DownloadOutlined aria-hidden />} href={contentUrl(projectId, bucket, objectKey)} download>
            {t("action.download")}
          </Button>
        )
      }
    >
      {objectKey !== null && (
        <Flex vertical gap={12}>
          <CopyText text={obsAddress(bucket, objectKey)} />
          <Content projectId={projectId} bucket={bucket} objectKey={objectKey} />
        </Flex>
      )}
    </Drawer>
  );
}

function Content({ projectId, bucket, objectKey }: { projectId: string; bucket: string; objectKey: string }) {
  const { t } = useTranslation("files");
  const url = `${contentUrl(projectId, bucket, objectKey)}?inline=true`;
  const name = baseName(objectKey);
  switch (previewKind(objectKey)) {
    case "image":
      return <img src={url} alt={name} style={{ maxWidth: "100%", maxHeight: "75vh", objectFit: "contain" }} />;
    case "audio":
      return <audio src={url} controls aria-label={name} style={{ width: "100%" }} />;
    case "video":
      return <video src={url} controls aria-label={name} style={{ maxWidth: "100%", maxHeight: "75vh" }} />;
    case "text":
      return <TextPreview url={url} />;
    default:
      return <EmptyState title={t("noPreview")} />;
  }
}

const previewBytes = 256 * 1024;

function TextPreview({ url }: { url: string }) {
  const { t } = useTranslation("files");
  const format = useFormat();
  const query = useQuery({ queryKey: ["files", "text", url], queryFn: ({ signal }) => readBeginning(url, previewBytes, signal) });
  return (
    <QueryView query={query}>
      {({ text, more }) => (
        <>
          {more && <Alert type="info" title={t("truncated", { size: format.bytes(previewBytes) })} />}
          <CodeBlock code={text} maxHeight={620} label={t("preview")} />
        </>
      )}
    </QueryView>
  );
}
