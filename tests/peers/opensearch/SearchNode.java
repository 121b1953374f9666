import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.transport.Netty4Plugin;

/** A node of OpenSearch in this process, with what it needs to talk HTTP. Arguments: DIR PORT [SETTING=VALUE]... */
final class SearchNode extends Node {
  private static final Collection<Class<? extends Plugin>> PLUGINS =
      List.of(Netty4Plugin.class, CommonAnalysisPlugin.class, PainlessPlugin.class);

  private SearchNode(Settings settings) {
    super(InternalSettingsPreparer.prepareEnvironment(settings, Collections.emptyMap(), null, () -> "peer"), PLUGINS, false);
  }

  private static Settings settingsOf(String[] arguments) {
    Settings.Builder all = Settings.builder();
    all.put("cluster.name", "peer").put("discovery.type", "single-node").put("node.processors", 2);
    all.put("path.home", arguments[0]);
    all.put("network.host", "127.0.0.1").put("http.port", arguments[1]).put("transport.port", 0);
    // Test machines may have full disks; a test that wants that says so.
    all.put("cluster.routing.allocation.disk.threshold_enabled", false);
    for (String argument : List.of(arguments).subList(2, arguments.length)) {
      int equals = argument.indexOf('=');
      all.put(argument.substring(0, equals), argument.substring(equals + 1));
    }
    return all.build();
  }

  public static void main(String[] arguments) throws Exception {
    LogConfigurator.registerErrorListener();
    LogConfigurator.configureWithoutConfig(Settings.builder().put("logger.level", "WARN").build());
    Node node = new SearchNode(settingsOf(arguments)).start();
    Thread closing = new Thread(() -> {
      try {
        node.close();
      } catch (java.io.IOException failure) {
        failure.printStackTrace();
      }
    });
    Runtime.getRuntime().addShutdownHook(closing);
    Thread.currentThread().join();
  }
}
