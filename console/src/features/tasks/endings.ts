// What happens when a platform task ends: a message, and every page that is open looks at its data again. Pages that
// start tasks therefore need no polling of their own.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { ApiError } from "@/api/errors";
import { isActive, type PlatformTask } from "@/api/tasks";
import { useTranslation } from "@/lib/i18n";
import { useNotify } from "@/ui";
import { useTaskText } from "@/ui/taskText";

/** The tasks that were active in `before` (by id) and no longer are. */
export function ended(before: ReadonlySet<string>, tasks: readonly PlatformTask[]): PlatformTask[] {
  return tasks.filter((task) => before.has(task.task_id) && !isActive(task));
}

export function useTaskEndings(tasks: PlatformTask[] | undefined): void {
  const active = useRef<Set<string>>(new Set());
  const client = useQueryClient();
  const notify = useNotify();
  const { t } = useTranslation("tasks");
  const text = useTaskText();

  useEffect(() => {
    if (!tasks) return;
    const finished = ended(active.current, tasks);
    active.current = new Set(tasks.filter(isActive).map((task) => task.task_id));
    if (finished.length === 0) return;
    for (const task of finished) {
      const { state, error_code, error_msg } = task;
      const title = text.name(task);
      if (state === "succeeded") notify.success(t("succeeded", { title }));
      if (state === "failed")
        notify.error(
          new ApiError({ status: 500, code: error_code ?? "", message: error_msg ?? "", requestId: null }),
          t("failed", { title }),
        );
    }
    void client.invalidateQueries();
  }, [tasks, client, notify, t, text]);
}
