// One folder of a bucket: its entries, uploads by drop or picker, and what can be done with a selection.
import { DeleteOutlined, FolderAddOutlined, ReloadOutlined } from "@ant-design/icons";
import { useParams, useSearch } from "@tanstack/react-router";
import { App, Button, Flex, Typography } from "antd";
import { useState } from "react";
import { useFolder } from "@/api/files";
import { useTranslation } from "@/lib/i18n";
import { CopyText, ErrorState, Page, useNotify, type Crumb } from "@/ui";
import { ancestors, baseName, obsAddress } from "./address";
import { DropZone } from "./DropZone";
import { EntryTable } from "./EntryTable";
import { NewFolder } from "./NewFolder";
import { Preview } from "./Preview";
import { useDeleteEntries } from "./queries";
import { UploadButton } from "./UploadButton";
import { useStartUpload } from "./startUpload";

export function BrowsePage() {
  const { bucket } = useParams({ from: "/console/files/$bucket" });
  const { prefix = "" } = useSearch({ from: "/console/files/$bucket" });
  // Another folder begins with nothing selected and nothing previewed.
  return <Folder key={`${bucket}/${prefix}`} bucket={bucket} prefix={prefix} />;
}

function Folder({ bucket, prefix }: { bucket: string; prefix: string }) {
  const { t } = useTranslation(["files", "common"]);
  const listing = useFolder(bucket, prefix);
  const [selected, setSelected] = useState<string[]>([]);
  const [previewed, setPreviewed] = useState<string | null>(null);
  const [naming, setNaming] = useState(false);
  const { start } = useStartUpload(bucket, prefix);
  const count = listing.data?.length ?? 0;

  const above = ancestors(prefix);
  const crumbs: Crumb[] = [
    { label: t("files:title"), link: { to: "/files" } },
    ...(prefix ? [{ label: bucket, link: { to: "/files/$bucket", params: { bucket }, search: {} } as Crumb["link"] }] : []),
    ...above.slice(0, -1).map((folder) => ({
      label: baseName(folder),
      link: { to: "/files/$bucket", params: { bucket }, search: { prefix: folder } } as Crumb["link"],
    })),
  ];

  return (
    <DropZone place={obsAddress(bucket, prefix)} onFiles={(files) => start(files)}>
      <Page
        fill
        title={prefix ? baseName(prefix) : bucket}
        crumbs={crumbs}
        description={<CopyText text={obsAddress(bucket, prefix)} />}
        actions={
          <>
            <Button
              icon={<ReloadOutlined aria-hidden />}
              aria-label={t("common:action.refresh")}
              title={t("common:action.refresh")}
              loading={listing.isRefetching}
              onClick={() => void listing.refetch()}
            />
            <Button icon={<FolderAddOutlined aria-hidden />} onClick={() => setNaming(true)}>
              {t("files:newFolder")}
            </Button>
            <UploadButton bucket={bucket} prefix={prefix} />
          </>
        }
      >
        {listing.error && <ErrorState error={listing.error} onRetry={() => void listing.refetch()} />}
        <Flex align="center" gap={12} style={{ minHeight: 36 }}>
          {selected.length > 0 ? (
            <SelectionBar bucket={bucket} selected={selected} onClear={() => setSelected([])} />
          ) : (
            <Typography.Text type="secondary" role="status">
              {listing.data && (listing.hasNextPage ? t("files:loadedMore", { count }) : t("files:loaded", { count }))}
            </Typography.Text>
          )}
        </Flex>
        {(listing.data || !listing.error) && (
          <EntryTable
            bucket={bucket}
            prefix={prefix}
            entries={listing.data ?? []}
            loading={listing.isPending || listing.isFetchingNextPage}
            selected={selected}
            onSelect={setSelected}
            onPreview={setPreviewed}
            onNearEnd={() => {
              if (listing.hasNextPage && !listing.isFetchingNextPage) void listing.fetchNextPage();
            }}
          />
        )}
        <Preview bucket={bucket} objectKey={previewed} onClose={() => setPreviewed(null)} />
        <NewFolder bucket={bucket} prefix={prefix} open={naming} onClose={() => setNaming(false)} />
      </Page>
    </DropZone>
  );
}

function SelectionBar({ bucket, selected, onClear }: { bucket: string; selected: string[]; onClear: () => void }) {
  const { t } = useTranslation(["files", "common"]);
  const { modal } = App.useApp();
  const notify = useNotify();
  const remove = useDeleteEntries(bucket);
  const count = selected.length;

  function confirm() {
    modal.confirm({
      title: t("files:deleteConfirm", { count }),
      content: t("files:deleteHint"),
      okText: t("common:action.delete"),
      okButtonProps: { danger: true },
      onOk: () =>
        remove.mutateAsync(selected).then(
          ({ deleted, later }) => {
            if (deleted > 0 || later === 0) notify.success(t("files:deleted", { count: deleted }));
            if (later > 0) notify.info(t("files:deletedLater", { count: later }));
            onClear();
          },
          (error: unknown) => notify.error(error),
        ),
    });
  }
  return (
    <>
      <strong>{t("common:table.selected", { count })}</strong>
      <Button size="small" danger icon={<DeleteOutlined aria-hidden />} onClick={confirm}>
        {t("common:action.delete")}
      </Button>
      <Button size="small" type="link" onClick={onClear}>
        {t("common:table.clearSelection")}
      </Button>
    </>
  );
}
