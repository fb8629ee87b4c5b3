// Ant Design's virtual table, fitted to the room it is given: it measures its box, keeps its header in sight, and asks
// for the next page near the end. For lists of any length; rows have one height.
import { Table, type TableProps } from "antd";
import { useRef, type ReactNode, type UIEvent } from "react";
import { useSize } from "@/lib/size";
import { useTranslation } from "@/lib/i18n";

export interface VirtualTableProps<Row extends object> extends Omit<TableProps<Row>, "virtual" | "pagination" | "scroll"> {
  /** Below this width the table scrolls sideways. */
  minWidth?: number;
  /** Called when the reader comes near the last row. */
  onNearEnd?: () => void;
  /** Shown instead of the table when there is no row and nothing loads. */
  empty?: ReactNode;
}

const headerHeight = 38;
const nearEnd = 600;

export function VirtualTable<Row extends object>({
  minWidth = 720,
  onNearEnd,
  empty,
  dataSource,
  loading,
  ...rest
}: VirtualTableProps<Row>) {
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const { t } = useTranslation();
  const rows = dataSource ?? [];
  const showEmpty = rows.length === 0 && !loading && empty !== undefined;

  function onScroll(event: UIEvent<HTMLDivElement>) {
    const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
    if (scrollHeight - scrollTop - clientHeight < nearEnd) onNearEnd?.();
  }

  return (
    <div ref={box} className="maquette-table" style={{ flex: 1, minHeight: 160, minWidth: 0, overflow: "hidden" }}>
      {showEmpty
        ? empty
        : height > 0 && (
            <Table<Row>
              size="small"
              virtual
              pagination={false}
              scroll={{ x: Math.max(minWidth, width), y: height - headerHeight }}
              dataSource={rows}
              loading={loading}
              onScroll={onScroll}
              locale={{ emptyText: loading ? " " : t("table.empty") }}
              {...rest}
            />
          )}
    </div>
  );
}
