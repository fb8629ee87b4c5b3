// The header's button with the number of running tasks; it opens the drawer and tells when a task ends.
import { ScheduleOutlined } from "@ant-design/icons";
import { Badge, Button } from "antd";
import { useState } from "react";
import { isActive, useTasks } from "@/api/tasks";
import { useTranslation } from "@/lib/i18n";
import { TaskDrawer } from "./TaskDrawer";
import { useTaskEndings } from "./endings";

export function TasksButton() {
  const { t } = useTranslation("tasks");
  const [open, setOpen] = useState(false);
  const { data } = useTasks("all");
  const tasks = data?.tasks ?? [];
  const count = tasks.filter(isActive).length;
  useTaskEndings(data?.tasks);
  return (
    <>
      <Badge count={count} size="small" offset={[-4, 4]}>
        <Button
          type="text"
          icon={<ScheduleOutlined aria-hidden />}
          aria-label={t("button", { count })}
          title={t("button", { count })}
          aria-haspopup="dialog"
          onClick={() => setOpen(true)}
        />
      </Badge>
      <TaskDrawer open={open} onClose={() => setOpen(false)} />
    </>
  );
}
